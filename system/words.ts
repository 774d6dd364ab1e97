import type { Language } from '../config/docs.ts';

/** What the page says, apart from names. */
export interface Words {
  written: string;
  environments: string;
  stack: string;
  where: string;
  runtime: string;
  gcp: (machine: string, project: string, zone: string) => string;
  ssh: (address: string, user: string) => string;
  podmanMachine: (machine: string) => string;
  rehearsal: string;
  services: string;
  service: string;
  image: string;
  runsIn: string;
  addresses: string;
  inside: (name: string, port: number) => string;
  none: string;
  data: string;
  name: string;
  onTheHost: string;
  users: string;
  reads: string;
  wayIn: string;
  look: string;
  shell: string;
  log: string;
  host: string;
  change: string;
}

const en: Words = {
  written:
    'Written by `npx cortex docs` from `compose.yaml` and `Pulumi.<stack>.yaml`. Change those, and run it again.',
  environments: 'Environments',
  stack: 'stack',
  where: 'where',
  runtime: 'runtime',
  gcp: (machine, project, zone) => `Google Cloud VM \`${machine}\`, project \`${project}\`, ${zone}`,
  ssh: (address, user) => `machine \`${address}\`, as \`${user}\``,
  podmanMachine: (machine) => `Podman machine \`${machine}\` on a laptop`,
  rehearsal: 'a throwaway VM on your own machine: `npm run rehearse`',
  services: 'Services',
  service: 'service',
  image: 'image',
  runsIn: 'stacks',
  addresses: 'addresses',
  inside: (name, port) => `\`${name}:${port}\` for services`,
  none: 'none',
  data: 'Where data lies',
  name: 'data',
  onTheHost: 'folder on the host',
  users: 'services',
  reads: 'reads',
  wayIn: 'How to get in',
  look: 'what runs, and is it what was declared',
  shell: 'a shell in a container',
  log: 'what a service writes',
  host: 'the command that leads to the host itself',
  change: 'what would change, and what somebody changed on the host',
};

const ko: Words = {
  written:
    '이 부분은 `npx cortex docs`가 `compose.yaml`과 `Pulumi.<stack>.yaml`에서 만듭니다. 그 파일을 고치고 다시 실행하세요.',
  environments: '환경',
  stack: '스택',
  where: '위치',
  runtime: '런타임',
  gcp: (machine, project, zone) => `Google Cloud VM \`${machine}\`, 프로젝트 \`${project}\`, ${zone}`,
  ssh: (address, user) => `서버 \`${address}\`, 사용자 \`${user}\``,
  podmanMachine: (machine) => `노트북의 Podman 머신 \`${machine}\``,
  rehearsal: '자기 컴퓨터의 일회용 VM: `npm run rehearse`',
  services: '서비스',
  service: '서비스',
  image: '이미지',
  runsIn: '스택',
  addresses: '주소',
  inside: (name, port) => `서비스끼리는 \`${name}:${port}\``,
  none: '없음',
  data: '데이터 위치',
  name: '데이터',
  onTheHost: '호스트의 폴더',
  users: '사용하는 서비스',
  reads: '읽기 전용',
  wayIn: '접속 방법',
  look: '무엇이 실행 중이며 선언한 것과 같은지',
  shell: '컨테이너 안의 셸',
  log: '서비스가 남기는 로그',
  host: '호스트에 직접 접속하는 명령',
  change: '무엇이 바뀔지, 누가 호스트에서 무엇을 바꿨는지',
};

export const words: Record<Language, Words> = { en, ko };
