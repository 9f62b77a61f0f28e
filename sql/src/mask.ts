/** A mask as written in a policy: exactly one key. Widths, digits and sizes are whole numbers. */
export type Mask =
  | { readonly null: object }
  | { readonly redact: object }
  | { readonly hash: object }
  | { readonly uuid: object }
  | { readonly email: object }
  /** characters kept at each end */
  | { readonly partial: { readonly first: number; readonly last: number } }
  | { readonly year: object }
  | { readonly month: object }
  | { readonly bucket: { readonly size: number } }
  | { readonly round: { readonly digits: number } }
  | { readonly json: { readonly paths: readonly string[] } }
  | { readonly none: object };
