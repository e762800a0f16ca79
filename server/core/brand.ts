/** Nominal typing for ids that are all strings at run time. Owns the brand; parsing lives beside each id. */
declare const brand: unique symbol;

export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
