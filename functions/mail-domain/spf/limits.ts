/** Apart from what evaluates (mailauth, 700 KiB): the page of a report names them, too. */
export interface SpfLimits {
  readonly lookups: number;
  readonly voids: number;
}

/** RFC 7208 section 4.6.4. */
export const SPF_LIMITS: SpfLimits = { lookups: 10, voids: 2 };

/** RFC 7208 section 4.6.4: names that one `mx` mechanism may lead to. */
export const MX_LIMIT = 10;
