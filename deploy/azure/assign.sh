#!/bin/sh
# Gives an application the roles by which cloudintel reads, on a subscription or on a
# management group and all that is below it:
#
#   az login
#   ./assign.sh CLIENT_ID /subscriptions/SUBSCRIPTION_ID
#   ./assign.sh CLIENT_ID /providers/Microsoft.Management/managementGroups/GROUP
#
# Run twice, nothing changes.
set -eu

client=${1:?The application id of the identity that reads}
scope=${2:?A scope, such as /subscriptions/00000000-0000-0000-0000-000000000000}

for role in "Reader" "Cost Management Reader" "Monitoring Reader"; do
  az role assignment create --assignee "$client" --role "$role" --scope "$scope" --output none
  echo "$role on $scope"
done

case $scope in
  /subscriptions/*)
    for namespace in Microsoft.Insights Microsoft.Advisor; do
      az provider register --namespace "$namespace" --subscription "${scope#/subscriptions/}"
    done
    ;;
esac
