const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** RFC 4013, for stored strings. Null when the text holds what SASLprep prohibits. Printable ASCII is its own result. */
export async function saslPrep(text: string): Promise<string | null> {
  if (PRINTABLE_ASCII.test(text)) return text;
  // Its tables are large, and hardly ever needed.
  const { default: prepare } = await import('@mongodb-js/saslprep');
  try {
    return prepare(text);
  } catch {
    return null;
  }
}
