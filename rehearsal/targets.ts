import type { Target } from './load/request.ts';
import type { Rehearsal } from './rehearsal.ts';

/** What the edge serves, as the driver of the load is told. */
export async function targets(rehearsal: Rehearsal): Promise<(Target & { hostname: string })[]> {
  const { urls } = (await rehearsal.outputs()) as { urls: Record<string, string> };
  return Object.entries(urls).map(([service, url]) => ({
    service,
    address: '127.0.0.1',
    port: rehearsal.edge.publicPort,
    hostname: new URL(url).hostname,
  }));
}

/** Every HTTP port that the host's proxy serves, at the service's own address: reached from within the VM. */
export async function insideTargets({ vm, stack }: Rehearsal): Promise<Target[]> {
  const printed = await vm.exec(
    `awk '$1 == "listen" { name = $2 } $1 == "mode" { mode = $2 }
      $1 == "bind" && $2 ~ /^198\\.19\\./ && mode == "http" { print name, $2 }' /etc/containerhost/haproxy/${stack}.*.cfg`,
  );
  return printed
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      // <stack>.<service>.<port> <address>:<port>
      const [name = '', bind = ''] = line.split(' ');
      const [address = '', port = ''] = bind.split(':');
      return { service: name.split('.').at(-2) ?? '', address, port: Number(port) };
    });
}
