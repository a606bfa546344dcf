declare module 'dynalite' {
  /** DynamoDB in this process, kept in memory; it speaks DynamoDB's own HTTP protocol. */
  export default function dynalite(options: { readonly createTableMs: number }): import('node:http').Server;
}
