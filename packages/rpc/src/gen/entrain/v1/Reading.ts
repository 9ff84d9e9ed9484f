// Original file: proto/entrain/v1/decision.proto


export interface Reading {
  'numbers'?: ({[key: string]: number | string});
  'texts'?: ({[key: string]: string});
  'flags'?: ({[key: string]: boolean});
}

export interface Reading__Output {
  'numbers': ({[key: string]: number});
  'texts': ({[key: string]: string});
  'flags': ({[key: string]: boolean});
}
