import { everywhere, type Tampering } from './tampering.ts';

/** What is changed of files, secrets and data that were delivered for a service. */
export const delivered: Tampering[] = [
  {
    what: 'its unit is edited, with a token in it',
    service: 'cortex-admin',
    names: 'files[',
    done: {
      docker: { script: 'echo "# API_TOKEN=typed-into-a-file" >>$directory/compose.yaml' },
      podman: { script: 'echo "# API_TOKEN=typed-into-a-file" >>$unit' },
    },
    hides: 'typed-into-a-file',
  },
  {
    what: 'its unit is removed',
    service: 'cortex-tunnel',
    names: 'files[',
    done: {
      docker: { script: 'rm $directory/compose.yaml' },
      podman: { script: 'rm $directory/$instance.container' },
    },
  },
  {
    what: 'the script that starts it is edited',
    service: 'cortex-dashboard',
    names: 'files[',
    done: everywhere('echo "# edited" >>$directory/start'),
  },
  {
    what: 'its configuration is edited',
    service: 'cortex-tunnel',
    names: 'files[',
    done: {
      docker: { script: 'echo "# edited" >>$directory/configs/tunnel-config' },
      podman: {
        script: 'echo "# edited" >>/home/cortex/.local/share/containerhost/$instance/configs/tunnel-config',
      },
    },
  },
  {
    what: 'a part of its unit is overridden',
    service: 'cortex-dashboard',
    names: 'added on the host',
    done: {
      podman: {
        script:
          'account mkdir -p $unit.d; printf "[Service]\\nEnvironment=A=b\\n" >$unit.d/mine.conf; account systemctl --user daemon-reload',
      },
    },
  },
  {
    what: 'its unit is masked',
    service: 'cortex-editor',
    names: 'masked on the host',
    done: { podman: { script: 'account systemctl --user mask $instance.service' } },
  },
  {
    what: 'it is kept from starting at boot',
    service: 'cortex-editor',
    names: 'added on the host',
    done: { podman: { script: 'account touch ${unit%.container}.parked' } },
  },
  {
    what: 'its secret is changed',
    service: 'cortex-engine',
    names: 'secrets.telegram-bot-token',
    done: {
      docker: { script: 'echo other >$directory/secrets/telegram-bot-token' },
      podman: {
        script:
          'echo other | account podman secret create --replace $instance-telegram-bot-token - >/dev/null',
      },
    },
  },
  {
    what: 'its secret is removed',
    service: 'cortex-tunnel',
    names: 'secrets.tunnel-token',
    done: {
      docker: { script: 'rm $directory/secrets/tunnel-token' },
      podman: { script: 'engine secret rm $instance-tunnel-token >/dev/null' },
    },
  },
  {
    what: 'another instance of it is left in the records',
    service: 'cortex-dashboard',
    resource: 'cortex-dashboard',
    names: 'strays',
    done: everywhere('mkdir /var/lib/containerhost/$stack/$service/instances/$service-0000000'),
  },
];

/** Data that is not what it was: named, and left alone, because only a person knows which of both is right. */
export const data: Tampering[] = [
  {
    what: 'another folder is in the place of a volume',
    service: 'cortex-engine',
    names: 'volumes/engine-state',
    done: everywhere(
      'cd /srv/containerhost/$stack/volumes && mv engine-state /srv/containerhost/away && mkdir -p engine-state/data',
    ),
    left: 'test -e /srv/containerhost/dev/volumes/engine-state/data',
    undo: 'cd /srv/containerhost/dev/volumes && rm -r engine-state && mv /srv/containerhost/away engine-state',
  },
];
