/** Of this package; said to control plane and collector. */
export const version = '0.1.0';
