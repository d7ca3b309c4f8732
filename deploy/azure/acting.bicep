// A role of its own for the identity that carries out approved actions. Never give it to
// the identity that reads.
//
//   az deployment sub create --location westeurope --template-file acting.bicep \
//     --parameters principalId=$(az ad sp show --id CLIENT --query id --output tsv)

targetScope = 'subscription'

@description('The object id of the service principal or managed identity that acts.')
param principalId string

var role = loadJsonContent('acting.json')

resource definition 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, role.Name)
  properties: {
    roleName: '${role.Name} ${subscription().subscriptionId}'
    description: role.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: role.Actions
        notActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, role.Name)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: definition.id
  }
}
