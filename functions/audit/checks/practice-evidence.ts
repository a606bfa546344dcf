import { OWNER_TAG } from '../../observe/names.ts';
import { awsPage } from '../../smtp/reference.ts';
import type { Check } from '../check.ts';
import { info } from '../outcome.ts';

/** Practices that no software can prove: these rows say what there is as evidence, and never pass. */
export const practiceEvidenceChecks: readonly Check[] = [
  {
    id: 'edu.advice',
    practices: [11],
    title: 'Who hears of the findings',
    severity: 'low',
    needs: ['secret'],
    why: 'No software can educate people. It can tell the one who can fix a fault what it is, why it matters and how to fix it.',
    remediation: `Tag the secret \`${OWNER_TAG}\` with the mail address of its owner, and set \`digestFrom\`, so that each owner gets a digest of their own findings.`,
    reference: awsPage('Tag secrets', 'secretsmanager/latest/userguide/managing-secrets_tagging.html'),
    rule: ({ description: { tags } }) =>
      info(
        tags[OWNER_TAG]
          ? `The tag ${OWNER_TAG} names an owner. Whether the owner reads and understands is not for software to say.`
          : `No tag ${OWNER_TAG}: the findings stand in the report, and nobody in particular is told of them.`,
      ),
  },
];
