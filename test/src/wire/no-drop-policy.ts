/** All is allowed but DROP. */
export const noDropPolicy = `
apiVersion: postern.dev/v1alpha1
kind: Database
metadata: {name: shop, namespace: ml}
spec:
  engine: postgresql
  endpoints: [{host: 127.0.0.1, port: 5432}]
  tls: {mode: disable}
---
apiVersion: postern.dev/v1alpha1
kind: DatabaseAccessPolicy
metadata: {name: open, namespace: ml}
spec:
  defaultAction: Allow
  rules:
    - {name: no-drop, actions: [ddl], commands: [DROP], effect: Deny}
`;
