import { request } from 'node:http';

export interface Question {
  method?: 'GET' | 'POST';
  body?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  body: string;
}

/**
 * Asks a service through the edge. Connects to this machine and names the host in the request, because not
 * every resolver knows that names below `localhost` are here.
 */
export function ask(
  port: number,
  hostname: string,
  path: string,
  { method = 'GET', body, headers = {} }: Question = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: { ...headers, host: `${hostname}:${port}` },
        agent: false,
        timeout: 60_000,
      },
      (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        res.once('end', () => resolve({ status: res.statusCode ?? 0, body: text }));
        res.once('error', reject);
      },
    );
    req.once('timeout', () => req.destroy(new Error(`no answer from ${hostname}${path} within 60 s`)));
    req.once('error', reject);
    req.end(body);
  });
}
