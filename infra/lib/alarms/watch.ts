/** One thing that somebody should hear of, and its entry in the runbook. */
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** The sections of `docs/runbook.md` that alarms send people to. */
export type Section =
  | 'Taps fail'
  | 'The portal answers with errors'
  | 'The portal is slow'
  | 'The portal is throttled'
  | 'A function fails'
  | 'Dead letters'
  | 'Undelivered events'
  | 'Events wait'
  | 'Jobs wait'
  | 'Jobs were not answered'
  | 'Registrations wait'
  | 'Promotions stay open'
  | 'A promotion failed'
  | 'An object is damaged'
  | 'Downloads without a record'
  | 'The clock is silent'
  | 'The table is throttled';

/** When an alarm rings. */
export interface Watch {
  /** What it is called, after the environment's name. */
  readonly name: string;
  /** What has happened when it rings, in one sentence. */
  readonly means: string;
  readonly section: Section;
  readonly metric: IMetric;
  /** The greatest value, or with `below` the smallest, at which all is well. */
  readonly limit: number;
  /** It rings when the metric is too small. */
  readonly below?: boolean;
  /** For so many periods in a row; once suffices if left out. */
  readonly periods?: number;
  /** People feel it at once: a new version that makes it ring is taken back. */
  readonly stops?: boolean;
}

/** The address of a section, as Markdown makes it of its heading. */
export function anchor(section: string): string {
  return section
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** What the mail says: what happened, and where it is written what to do. */
export function description({ means, section }: Watch): string {
  return `${means} What to do: docs/runbook.md#${anchor(section)}`;
}

/** The alarm's own words for it. */
export function condition({ limit, below = false, periods = 1 }: Watch) {
  return {
    threshold: limit,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: periods,
    // Nothing to report is good news, except of what has to happen.
    treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  };
}
