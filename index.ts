// first, where Node has not been told to load it before Pulumi's runner (Pulumi.yaml)
import './components/sdk.ts';
import { declaredServices } from './components/compose.ts';
import { ContainerHost } from './components/host.ts';
import { serviceImages } from './components/images.ts';
import { machineFor } from './components/machine.ts';
import { Monitoring } from './components/monitoring.ts';
import { warnAboutPage } from './components/page.ts';
import { Registry } from './components/registry.ts';
import { withSecrets } from './components/secrets.ts';
import { CortexServices } from './components/services.ts';
import { CloudflareTunnel } from './components/tunnel.ts';
import { loadConfig } from './config.ts';

const config = withSecrets('cortex', loadConfig());
const compose = declaredServices(import.meta.dirname, config);
const { stack } = config;

const machine = machineFor('cortex', config);
const host = new ContainerHost('cortex', { ...machine, account: config.host.account });
const registry = machine.cloud && new Registry('cortex', machine.cloud);
const tunnel =
  config.tunnel && new CloudflareTunnel('cortex', { stack, tunnel: config.tunnel, specs: compose.services });
const services = new CortexServices('cortex', {
  config,
  compose,
  images: serviceImages('cortex', { config, compose, registry }),
  host,
  tunnel,
  vm: machine.vm,
});
if (config.alerts && machine.cloud)
  new Monitoring('cortex', {
    vm: machine.cloud,
    alerts: config.alerts,
    tunnel: config.tunnel,
    serviceTokens: tunnel?.serviceTokens,
  });

/** Where each service is reached. */
export const urls = tunnel?.urls ?? {};
/** What programs send to get through Access, by the token's name: secrets. */
export const serviceTokens = tunnel?.serviceTokens ?? {};
/** What each service runs under. */
export const runtimes = services.runtimes;
/** Where the stack's own images are; empty where it has no registry. */
export const images = registry?.url ?? '';
/** How to get in. */
export const ssh = host.sshCommand;

// when the first requests are out: the engine is at work meanwhile
setImmediate(warnAboutPage, import.meta.dirname);
