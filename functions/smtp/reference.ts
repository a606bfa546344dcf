/** Where a rule is written, for people: the title names the section. */
export interface Reference {
  readonly title: string;
  readonly url: string;
}

export function rfc(number: number, section: string): Reference {
  return {
    title: `RFC ${number}, section ${section}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
  };
}

export function awsPage(title: string, path: string): Reference {
  return { title, url: `https://docs.aws.amazon.com/${path}` };
}

export function microsoftPage(title: string, path: string): Reference {
  return { title, url: `https://learn.microsoft.com/${path}` };
}

export function googlePage(title: string, path: string): Reference {
  return { title, url: `https://${path}` };
}
