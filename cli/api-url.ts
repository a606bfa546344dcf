export const NO_API =
  'Where is the API? Give --api or KEYTURN_API_URL: the output ApiUrl of the stack, which begins with https://.';

/** Null for what is no URL, or would send a signed request in clear to another computer. */
export function apiUrl(text: string | undefined): URL | null {
  const url = text === undefined ? null : URL.parse(text.endsWith('/') ? text : `${text}/`);
  const isLocal = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost';
  return url && (url.protocol === 'https:' || isLocal) ? url : null;
}
