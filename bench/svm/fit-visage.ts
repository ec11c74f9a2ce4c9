// One round of our side, in a process of its own: no warm compiler. Arguments: crowd as JSON.
import { calibrateSVC, SVC } from '../../src/classify/svc/index.ts';
import { makePeople, rowsOf, type Crowd, type Report } from './people.ts';

const crowd = JSON.parse(process.argv[2]!) as Crowd;
const { train, trainLabels, test, testLabels } = makePeople(crowd);
const rows = rowsOf(train, crowd.dimension);
const probes = rowsOf(test, crowd.dimension);
const cpuMs = (): number => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000;

const begun = performance.now();
const begunCpu = cpuMs();
const svc = new SVC({ kernel: 'linear' });
const fitted = svc.fit(rows, trainLabels);
const machine = calibrateSVC(svc, fitted, rows, trainLabels, { seed: 1 });
const fitMs = performance.now() - begun;
const fitCpuMs = cpuMs() - begunCpu;

const beforeVotes = performance.now();
const right = probes.filter((probe, r) => fitted.predict(probe) === testLabels[r]).length;
const beforeProbabilities = performance.now();
const probabilities = probes.map((probe) => machine.predictProbability(probe));
const end = performance.now();
const report: Report = {
  version: `Node ${process.version}`,
  fitMs,
  fitCpuMs,
  predictMs: (beforeProbabilities - beforeVotes) / probes.length,
  probabilityMs: (end - beforeProbabilities) / probes.length,
  accuracy: right / probes.length,
  probabilityAccuracy:
    probabilities.filter((p, r) => p.indexOf(Math.max(...p)) === testLabels[r]).length / probes.length,
  logLoss: probabilities.reduce((sum, p, r) => sum - Math.log(p[testLabels[r]!]!), 0) / probes.length,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
