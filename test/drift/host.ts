import { everywhere, type Tampering } from './tampering.ts';

/** What is changed of what all services stand on. */
export const foundation: Tampering[] = [
  {
    what: "the account's services start at boot no more",
    resource: 'cortex-setup',
    names: 'linger',
    done: everywhere('rm /var/lib/systemd/linger/cortex'),
  },
  {
    what: "the account's subordinate users are others",
    resource: 'cortex-setup',
    names: 'subordinateIds.users',
    done: everywhere("sed -i 's/^cortex:.*/cortex:200000:65536/' /etc/subuid"),
  },
  {
    what: "the account's subordinate groups are fewer",
    resource: 'cortex-setup',
    names: 'subordinateIds.groups',
    done: everywhere("sed -i 's/^\\(cortex:[0-9]*\\):.*/\\1:1000/' /etc/subgid"),
  },
  {
    what: 'the proxy starts at boot no more',
    resource: 'cortex-setup',
    names: 'boot["containerhost-proxy.service"]',
    done: everywhere('systemctl disable --quiet containerhost-proxy.service'),
  },
  {
    what: 'Docker starts at boot no more',
    resource: 'cortex-setup',
    names: 'boot["docker.service"]',
    done: everywhere('systemctl disable --quiet docker.service'),
  },
  {
    what: 'a unit of the set-up is edited',
    resource: 'cortex-setup',
    names: 'files["/etc/systemd/system/containerhost-recover.service"]',
    done: everywhere('echo "# edited" >>/etc/systemd/system/containerhost-recover.service'),
  },
  {
    what: 'a unit of the set-up is overridden',
    resource: 'cortex-setup',
    names: 'files["/etc/systemd/system/containerhost-proxy.service.d/override.conf"]',
    done: everywhere(
      'mkdir -p /etc/systemd/system/containerhost-proxy.service.d; printf "[Service]\\nEnvironment=A=b\\n" >/etc/systemd/system/containerhost-proxy.service.d/override.conf; systemctl daemon-reload',
    ),
  },
  {
    what: 'what is common to all listeners is edited',
    resource: 'cortex-setup',
    names: 'files["/etc/containerhost/haproxy/00-global.cfg"]',
    done: everywhere('echo "# edited" >>/etc/containerhost/haproxy/00-global.cfg'),
  },
  {
    what: 'the command that brings services back is edited',
    resource: 'cortex-setup',
    names: 'files["/usr/local/sbin/containerhost"]',
    done: everywhere('echo "# edited" >>/usr/local/sbin/containerhost'),
  },
];

/** What is there beside the stack: named, and left alone. */
export const strangers: Tampering[] = [
  {
    what: 'a container under the name of a service',
    service: 'cortex-admin',
    names: 'container "cortex-admin"',
    done: everywhere(
      'engine create --name cortex-admin $(engine inspect --format "{{.Config.Image}}" $instance) >/dev/null',
    ),
    left: 'docker inspect cortex-admin >/dev/null 2>&1 || (cd / && runuser -u cortex -- podman inspect cortex-admin >/dev/null)',
    undo: 'docker rm --force cortex-admin; cd / && runuser -u cortex -- podman rm --force cortex-admin',
  },
  {
    what: 'a container with the labels of the stack',
    resource: 'cortex-setup',
    names: 'container "lost" in',
    done: everywhere(
      'engine create --name lost --label containerhost.stack=$stack --label containerhost.service=other $(engine inspect --format "{{.Config.Image}}" $instance) >/dev/null',
    ),
    left: 'docker inspect lost >/dev/null 2>&1 || (cd / && runuser -u cortex -- podman inspect lost >/dev/null)',
    undo: 'docker rm --force lost; cd / && runuser -u cortex -- podman rm --force lost',
  },
  {
    what: 'a network with the label of the stack',
    resource: 'cortex-setup',
    names: 'network "lost" in',
    done: everywhere('engine network create --label containerhost.stack=$stack lost >/dev/null'),
    left: 'docker network inspect lost >/dev/null 2>&1 || (cd / && runuser -u cortex -- podman network inspect lost >/dev/null)',
    undo: 'docker network rm lost; cd / && runuser -u cortex -- podman network rm lost',
  },
  {
    what: 'an old unit of a service',
    resource: 'cortex-setup',
    names: 'unit /etc/systemd/system/cortex-admin.service',
    done: everywhere('printf "[Service]\\nExecStart=/bin/true\\n" >/etc/systemd/system/cortex-admin.service'),
    left: 'test -e /etc/systemd/system/cortex-admin.service',
    undo: 'rm /etc/systemd/system/cortex-admin.service',
  },
  {
    what: 'a unit of a service in the account',
    resource: 'cortex-setup',
    names: 'unit /home/cortex/.config/containers/systemd/cortex-editor-mine.container',
    done: everywhere(
      'account mkdir -p ${unit%/*}; printf "[Container]\\nImage=x\\n" >${unit%/*}/cortex-editor-mine.container',
    ),
    left: 'test -e /home/cortex/.config/containers/systemd/cortex-editor-mine.container',
    undo: 'rm /home/cortex/.config/containers/systemd/cortex-editor-mine.container',
  },
];
