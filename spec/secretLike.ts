/** Names under which people keep secrets: `TELEGRAM_BOT_TOKEN`, `apiKey`, `db.password`. */
const secretName = /(token|secret|password|passwd|passphrase|credentials?|private_?key|api_?key)$/i;

/** The forms of well-known tokens. A false alarm costs a rename; a miss puts a token into git. */
const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^\d{6,}:[\w-]{30,}$/, // Telegram
  /^gh[pousr]_\w{20,}$/, // GitHub
  /^glpat-[\w-]{20,}$/, // GitLab
  /^dckr_pat_[\w-]{20,}$/, // Docker Hub
  /^sk-[\w-]{20,}$/,
  /^xox[abprs]-[\w-]{10,}$/, // Slack
  /^(AKIA|ASIA)[A-Z0-9]{16}$/, // AWS
  /^AIza[\w-]{35}$/, // Google
  /^eyJ[\w+/=-]{20,}(\.[\w-]+)*$/, // a JWT, or a Cloudflare tunnel's token
];

export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

export function looksSecret(value: string): boolean {
  return secretForms.some((form) => form.test(value.trim()));
}
