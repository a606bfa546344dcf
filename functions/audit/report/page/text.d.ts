/** Files that go into the page as they are: an import with `{ type: 'text' }` gives their text. */
declare module '*/page.css' {
  const text: string;
  export default text;
}

declare module '*/page.js' {
  const text: string;
  export default text;
}
