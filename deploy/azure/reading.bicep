// The roles by which cloudintel reads a subscription. None of them can change a resource.
//
//   az deployment sub create --location westeurope --template-file reading.bicep \
//     --parameters principalId=$(az ad sp show --id CLIENT --query id --output tsv)

targetScope = 'subscription'

@description('The object id of the service principal or managed identity that reads.')
param principalId string

@description('False where only costs are wanted.')
param readsResources bool = true

var costRoles = [
  '72fafb9e-0641-4937-9268-a91bfd8191a3' // Cost Management Reader
]
var resourceRoles = [
  'acdd72a7-3385-48ef-bd42-f606fba81ae7' // Reader
  '43d0d8ad-25c7-4714-9337-8ba259a9fe05' // Monitoring Reader
]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in concat(costRoles, readsResources ? resourceRoles : []): {
    name: guid(subscription().id, principalId, role)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]
