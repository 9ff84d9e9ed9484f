// Original file: proto/entrain/v1/agent.proto


export interface AgentEnergy {
  'agentId'?: (string);
  'energy'?: (number | string);
}

export interface AgentEnergy__Output {
  'agentId': (string);
  'energy': (number);
}
