{{- define "cloudintel.labels" -}}
app.kubernetes.io/name: cloudintel
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cloudintel.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
volumes:
  - {name: tmp, emptyDir: {}}
  - {name: counts, emptyDir: {}}
  {{- if .Values.lineItemsClaim }}
  - name: line-items
    persistentVolumeClaim: {claimName: {{ .Values.lineItemsClaim | quote }}}
  {{- end }}
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
  - {name: ALLOWED_HOSTS, value: {{ .Values.ingress.host | quote }}}
  - {name: CSRF_TRUSTED_ORIGINS, value: {{ printf "https://%s" .Values.ingress.host | quote }}}
  - {name: BASE_URL, value: {{ printf "https://%s" .Values.ingress.host | quote }}}
  - {name: LIVE_PORT, value: "8001"}
  - {name: LIVE_URL, value: {{ printf "http://%s-live:8001" .Release.Name | quote }}}
  # Pods of a node are of one host, which is recorded once.
  - {name: HOST_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
  {{- range $name, $value := .Values.env }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: counts, mountPath: /state/counts}
  {{- if .Values.lineItemsClaim }}
  - {name: line-items, mountPath: /state/line_items}
  {{- end }}
{{- end -}}
