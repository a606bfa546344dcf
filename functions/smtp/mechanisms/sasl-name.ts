/** A user name inside a GS2 header or SCRAM message (RFC 5801 section 4, RFC 5802 section 5.1). */
export function saslName(username: string): string {
  return username.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
