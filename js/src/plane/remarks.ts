import { settingsInWords } from '../format';
import { strings } from '../strings';
import type { Choices, PlaneContent } from './content';
import type { Coordinates } from './curve';
import { refusalIn } from './doubts';
import { doubtsOf } from './frame';
import { countMissing, isPresent } from './points';

/** What a reader must know to read the picture: missing points, open marks and the band. */
export function remarksOn(content: PlaneContent, choices: Choices): string {
  if (content.coordinates.xt.length === 0) {
    return strings.plane.noPoints;
  }
  return [
    ...missing(content),
    unjudged(content),
    doubted(content, choices),
    choices.band ? spread(content) : ''
  ]
    .filter(Boolean)
    .join(' ');
}

function missing({ arriving, coordinates, recording }: PlaneContent): string[] {
  const { epochs, points } = countMissing(coordinates, recording.layers.length);
  return [
    epochs && !arriving ? strings.plane.notEstimated(epochs, recording.epochs.length) : '',
    points ? strings.plane.dropped(points) : '',
    refusals(coordinates)
  ];
}

/** Why points are missing, where the estimator said so: their verdicts say no more. */
function refusals(coordinates: Coordinates): string {
  const reasons = new Set<string>();
  for (const axis of ['xt', 'ty'] as const) {
    coordinates.verdicts?.[axis].forEach((words, i) => {
      // A point that is still to come may be judged already.
      if (refusalIn(words) && !Number.isFinite(coordinates[axis][i])) {
        reasons.add(refusalIn(words));
      }
    });
  }
  if (coordinates.refused && reasons.size === 0) {
    reasons.add(coordinates.refused.replace(/\.$/, ''));
  }
  return reasons.size ? strings.plane.refused([...reasons]) : '';
}

/** That verdicts are still to come: until then a solid mark says nothing. */
function unjudged({ coordinates }: PlaneContent): string {
  const { xt, verdicts } = coordinates;
  const present = Array.from(xt.keys()).filter(i => isPresent(coordinates, i));
  const open = present.filter(i => typeof (verdicts?.xt[i] && verdicts.ty[i]) !== 'string');
  return open.length ? strings.plane.notJudged(open.length, present.length) : '';
}

function doubted(content: PlaneContent, { upto, visible }: Choices): string {
  const { coordinates } = content;
  const judgedAt = settingsInWords(coordinates.judgedAt ?? {});
  const nearest = judgedAt ? strings.plane.judgedNear(judgedAt) : '';
  const { points, ...counts } = doubtsOf(content).count(upto, visible);
  const reasons = (['ceiling', 'order', 'verdict'] as const)
    .filter(reason => counts[reason] > 0)
    .map(reason => strings.plane.reasons[reason](counts[reason]));
  return [points ? strings.plane.openMarks(points, reasons) : '', nearest].join(' ').trim();
}

function spread({ coordinates, runs }: PlaneContent): string {
  return coordinates.spread ? strings.plane.spread[coordinates.spread.over](runs) : '';
}
