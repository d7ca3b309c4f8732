{{- define "cloudintel.labels" -}}
app.kubernetes.io/name: cloudintel
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cloudintel.pod" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
volumes:
  - {name: tmp, emptyDir: {}}
  - {name: counts, emptyDir: {}}
{{- end -}}

{{- define "cloudintel.container" -}}
image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: {drop: [ALL]}
envFrom:
  - secretRef: {name: {{ .Values.secretName | quote }}}
env:
  - {name: LIVE_PORT, value: "8001"}
  {{- range $name, $value := .Values.env }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: counts, mountPath: /state/counts}
{{- end -}}
