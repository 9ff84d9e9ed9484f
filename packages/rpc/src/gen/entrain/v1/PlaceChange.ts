// Original file: proto/entrain/v1/context.proto


export interface PlaceChange {
  'kind'?: (string);
  'pointer'?: (string);
  'beforeJson'?: (string);
  'afterJson'?: (string);
  '_beforeJson'?: "beforeJson";
  '_afterJson'?: "afterJson";
}

export interface PlaceChange__Output {
  'kind': (string);
  'pointer': (string);
  'beforeJson'?: (string);
  'afterJson'?: (string);
  '_beforeJson'?: "beforeJson";
  '_afterJson'?: "afterJson";
}
