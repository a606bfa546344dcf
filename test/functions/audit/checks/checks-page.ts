import {
  type Check,
  FACT_WORDS,
  PRACTICES,
  type PracticeNumber,
  SERVED_WITHOUT_CHECK,
} from '../../../../functions/audit/check.ts';

const HEAD = `# The checks of the audit

What the audit looks at, practice by practice. A check that serves several practices stands under each of them.
This page is made from the catalogue (\`functions/audit/checks/catalogue.ts\`); \`npm test -- --project unit test/functions/audit/checks/checks-page.test.ts --update\` writes it anew.

A finding is \`pass\`, \`warn\`, \`fail\`, \`info\`, \`unknown\` (it could not be seen, and the finding says why) or
\`not-applicable\`. Refused access is \`unknown\`, never a pass and never a failure. No finding says that something is
"compliant": it is evidence of what was seen at that time.

\`npx keyturn explain <check>\` prints the same offline.
`;

/** The whole catalogue as Markdown. `optIn`: ids of the checks that are off until a deployment switches them on. */
export function checksPage(catalogue: readonly Check[], optIn: ReadonlySet<string>): string {
  const practices = Object.keys(PRACTICES).map((key) => Number(key) as PracticeNumber);
  return [
    HEAD,
    overview(catalogue, practices),
    ...practices.map((practice) => chapter(practice, servedBy(catalogue, practice), optIn)),
  ].join('\n');
}

export function servedBy(catalogue: readonly Check[], practice: PracticeNumber): Check[] {
  return catalogue.filter(({ practices }) => practices.includes(practice));
}

function overview(catalogue: readonly Check[], practices: readonly PracticeNumber[]): string {
  const rows = practices.map((practice) => {
    const ids = servedBy(catalogue, practice).map(({ id }) => `\`${id}\``);
    return `| ${practice} | [${PRACTICES[practice]}](#${anchor(practice)}) | ${ids.join(', ') || 'none: see there'} |`;
  });
  return `${catalogue.length} checks.\n\n| # | practice | checks |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function chapter(practice: PracticeNumber, checks: readonly Check[], optIn: ReadonlySet<string>): string {
  const otherwise = SERVED_WITHOUT_CHECK[practice];
  return [
    heading(practice),
    '',
    ...(otherwise ? [`${otherwise}\n`] : []),
    ...checks.map((check) => entry(check, optIn.has(check.id))),
  ].join('\n');
}

function entry({ id, title, severity, needs, why, remediation, reference }: Check, optIn: boolean): string {
  const off = optIn ? ' · off until `auditOptIn` switches it on for the host' : '';
  return `### \`${id}\`: ${title}

${severity}${off} · looks at ${needs.map((fact) => FACT_WORDS[fact]).join('; ')}

- **Why:** ${why}
- **Remediation:** ${remediation}
- **Source:** [${reference.title}](${reference.url})
`;
}

function heading(practice: PracticeNumber): string {
  return `## ${practice}. ${PRACTICES[practice]}`;
}

/** As GitHub makes it from the heading. */
function anchor(practice: PracticeNumber): string {
  const text = heading(practice).slice(3).toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s-]/gu, '').replaceAll(' ', '-');
}
