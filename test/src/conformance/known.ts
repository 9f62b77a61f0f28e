/** `suite/test` that may differ, and why. */
export const known: Readonly<Record<string, string>> = {};
