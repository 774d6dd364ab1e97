import { everywhere, type Tampering } from './tampering.ts';

/** What is changed of the way of requests. */
export const routes: Tampering[] = [
  {
    what: 'the running proxy sends requests elsewhere',
    service: 'cortex-admin',
    resource: 'cortex-admin',
    names: 'instance',
    done: everywhere('proxy "set server $stack.$service.5001/live addr 127.0.0.1 port 9"'),
  },
  {
    what: 'its server is put into maintenance',
    service: 'cortex-dashboard',
    resource: 'cortex-dashboard',
    names: 'instance',
    done: everywhere('proxy "set server $stack.$service.5002/live state maint"'),
  },
  {
    what: 'its server has no weight',
    service: 'cortex-editor',
    resource: 'cortex-editor',
    names: 'instance',
    done: everywhere('proxy "set server $stack.$service.5003/live weight 0"'),
  },
  {
    what: 'its file is edited',
    service: 'cortex-admin',
    resource: 'cortex-proxy',
    names: 'services.cortex-admin',
    done: everywhere('echo "# edited" >>/etc/containerhost/haproxy/$stack.$service.cfg'),
  },
  {
    what: 'its file is removed',
    service: 'cortex-editor',
    resource: 'cortex-proxy',
    names: 'services.cortex-editor',
    done: everywhere('rm /etc/containerhost/haproxy/$stack.$service.cfg'),
  },
  {
    what: 'its address is taken away',
    service: 'cortex-dashboard',
    resource: 'cortex-proxy',
    names: 'services.cortex-dashboard',
    done: everywhere(
      'ip address delete $(awk \'$3 == "cortex-dashboard" { print $1 }\' /var/lib/containerhost/addresses)/32 dev lo',
    ),
  },
];

export const down: Tampering[] = [
  {
    what: 'the proxy is stopped',
    resource: 'cortex-proxy',
    names: 'running',
    done: everywhere('systemctl stop containerhost-proxy.service'),
  },
];
