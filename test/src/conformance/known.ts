/** `suite/test` that may differ, and why. */
export const known: Readonly<Record<string, string>> = {
  'pipeline/pipeline_abort':
    "errors that Postern's analysis finds first name no source line of the server, nor the type of a parameter",
};
