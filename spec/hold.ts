/** How much may wait for an instance that is being replaced. What is beyond is refused at once. */
export interface HoldLimits {
  /** at the same time, for one port of the service */
  requests: number;
  /** of one request, bytes: what the host's kernel keeps of it until an instance reads it */
  bodyBytes: number;
}

export interface Hold extends HoldLimits {
  /** how long a request may wait, milliseconds */
  ms: number;
}

/** Ten seconds of 200 requests a second, and half a gigabyte where every one of them has the longest body. */
export const holdLimits: HoldLimits = { requests: 2000, bodyBytes: 256 * 1024 };
