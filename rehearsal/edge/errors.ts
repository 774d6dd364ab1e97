import { escapeHtml } from '../../receipt/html.ts';

/** An answer that the edge gives itself, because it could get none from the origin. */
export interface EdgeError {
  status: number;
  /** Cloudflare's own number, where the status has one */
  code?: number;
  title: string;
  advice: string;
}

export const edgeErrors = {
  unknownHost: {
    status: 530,
    code: 1016,
    title: 'Origin DNS error',
    advice: 'no DNS record of the simulated zone has this name',
  },
  noConnector: {
    status: 530,
    code: 1033,
    title: 'Tunnel error',
    advice: 'no connector of the tunnel that this name points to is connected',
  },
  originFailed: {
    status: 502,
    title: 'Bad gateway',
    advice: 'the connector closed the connection before it answered, or opened none',
  },
  originTimeout: {
    status: 524,
    title: 'A timeout occurred',
    advice: 'the connector took the request and has not answered for 100 seconds',
  },
} satisfies Record<string, EdgeError>;

/** A page in the manner of Cloudflare's. `hostname` is what a stranger sent: it is escaped. */
export function errorPage(error: EdgeError, hostname: string): string {
  const title = `${error.code ? `Error ${error.code}` : `Error ${error.status}`}: ${error.title}`;
  return (
    `<!doctype html><title>${title}</title><h1>${title}</h1>` +
    `<p>${escapeHtml(hostname)}: ${error.advice}.</p><p>Simulated edge</p>\n`
  );
}
