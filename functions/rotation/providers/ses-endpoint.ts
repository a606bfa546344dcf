/** The SMTP endpoint of Amazon SES in a region: AWS General Reference, "Amazon SES endpoints and quotas". */
export function sesHost(region: string): string {
  return `email-smtp.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
