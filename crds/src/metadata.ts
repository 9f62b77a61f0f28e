import type { Schema } from './schema.js';

const labels: Schema = { type: 'object', additionalProperties: { type: 'string', maxLength: 63 } };

/** ObjectMeta as far as a file may write it; the names of RFC 1123 that the API server asks for. */
export const metadataSchema: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    },
    namespace: {
      type: 'string',
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    },
    labels,
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
    finalizers: { type: 'array', items: { type: 'string' } },
    generation: { type: 'integer' },
    resourceVersion: { type: 'string' },
    uid: { type: 'string' },
    creationTimestamp: { type: 'string' },
  },
};
