// Original file: proto/entrain/v1/context.proto

import type { Long } from '@grpc/proto-loader';

export interface WatchContextRequest {
  'pointers'?: (string)[];
  'kinds'?: (string)[];
  'authors'?: (string)[];
  'fromVersion'?: (number | string | Long);
  'queueMax'?: (number);
  'bookmarkEveryMs'?: (number);
  'severityMin'?: (string);
  'batchMs'?: (number);
  'newsPerSecondMax'?: (number | string);
  'name'?: (string);
  '_fromVersion'?: "fromVersion";
}

export interface WatchContextRequest__Output {
  'pointers': (string)[];
  'kinds': (string)[];
  'authors': (string)[];
  'fromVersion'?: (number);
  'queueMax': (number);
  'bookmarkEveryMs': (number);
  'severityMin': (string);
  'batchMs': (number);
  'newsPerSecondMax': (number);
  'name': (string);
  '_fromVersion'?: "fromVersion";
}
