/** What a user may say of the rhythm: the goal to found, the agents' part in it, and strategies of the user's own. */
import { EntrainError, membersOf } from "@entrain/kernel";
import {
  checkGoal,
  checkTemperament,
  defaultEnergy,
  evenTemperament,
  goalByName,
  namedGoals,
  strategyBookWith,
  type EnergyBudget,
  type GoalKind,
  type GoalRequest,
  type NamedGoalName,
  type Strategy,
  type StrategyBook,
  type Temperament,
} from "@entrain/core/rhythm";

/** A goal of the rhythm, with what its kind takes (`groups`, `coherence`), and how this process's agents pursue any goal. */
export interface RhythmOptions extends Partial<Omit<GoalRequest, "kind">> {
  /** A kind, or the name of a goal (docs/goals.md), which brings what else it needs (default: sync). */
  readonly goal?: GoalKind | NamedGoalName;
  /** Units of energy that an agent holds, and gets back per second (default 100 and 10); each move is paid for. */
  readonly energy?: Partial<EnergyBudget>;
  /** Coupling strength 0..2 (default 1), stubbornness 0..1 (default 0), influence 0..10 (default 1). */
  readonly temperament?: Partial<Temperament>;
  /** Strategies beside the built-in ones; `strategies` names those that the goal is pursued by. */
  readonly ownStrategies?: readonly Strategy[];
}

/** The same, total. */
export interface ResolvedRhythmOptions {
  readonly goal: GoalRequest;
  readonly energy: EnergyBudget;
  readonly temperament: Temperament;
  readonly book: StrategyBook;
}

/** Every option of the rhythm; the compiler sees that none is missing. */
const rhythmOptionNames: readonly string[] = Object.keys({
  ...{ goal: true, periodMs: true, groups: true, coherence: true, trust: true, strategies: true },
  ...{ energy: true, temperament: true, ownStrategies: true },
} satisfies Record<keyof RhythmOptions, true>);

/** Checks what was said and fills in the defaults. @throws EntrainError that names the field, `rhythm.` before it. */
export function resolveRhythmOptions(options: RhythmOptions = {}): ResolvedRhythmOptions {
  membersOf(options, "rhythm", rhythmOptionNames, "give { goal, periodMs }");
  const { goal: wanted = "sync", periodMs, energy = {}, temperament = {}, ownStrategies = [], ...shape } = options;
  membersOf(energy, "rhythm.energy", Object.keys(defaultEnergy));
  membersOf(temperament, "rhythm.temperament", Object.keys(evenTemperament));
  if (!Array.isArray(ownStrategies))
    throw EntrainError.invalid("rhythm.ownStrategies", ownStrategies, "give a list of strategies");
  const checkedTemperament = inWordsOf("rhythm.temperament", () => checkTemperament(temperament));
  const book = inWordsOf("rhythm.ownStrategies", () => strategyBookWith(checkStrategies(ownStrategies)));
  const known = { strategies: book.names(), namedGoals: Object.keys(namedGoals) };
  const named = Object.hasOwn(namedGoals, wanted);
  const meant = named ? goalByName(wanted, periodMs) : { kind: wanted, periodMs: periodMs ?? 1_000 };
  const goal = inWordsOf("rhythm", () => checkGoal({ ...meant, ...shape }, known));
  return { goal, energy: checkEnergy({ ...defaultEnergy, ...energy }), temperament: checkedTemperament, book };
}

/** Core's rule in the words of these options. */
function inWordsOf<T>(prefix: string, check: () => T): T {
  try {
    return check();
  } catch (thrown) {
    const { code, field = "goal", value, remedy, message, nearest } = EntrainError.from(thrown);
    const name = `${prefix}.${field === "kind" ? "goal" : field}`;
    if (code === "invalid-argument") throw EntrainError.invalid(name, value, remedy ?? message, { nearest });
    throw new EntrainError(code, message, { field: name, value, cause: thrown });
  }
}

function checkStrategies(strategies: readonly unknown[]): readonly Strategy[] {
  for (const [index, strategy] of strategies.entries())
    if (!isStrategy(strategy)) {
      const remedy = "give a name, the kinds of goal it serves, entry adopt or number, a price, and a function propose";
      throw EntrainError.invalid(String(index), strategy, remedy);
    }
  return strategies as readonly Strategy[];
}

/** Whether it has the members of one; its name is the book's to judge. */
function isStrategy(strategy: unknown): boolean {
  const parts = (strategy ?? {}) as Partial<Record<keyof Strategy, unknown>>;
  const price = (parts.price ?? {}) as Partial<Record<keyof Strategy["price"], unknown>>;
  const isUnit = (value: unknown): boolean => typeof value === "number" && value >= 0;
  const enters = parts.entry === "adopt" || parts.entry === "number";
  const isFunction = typeof parts.propose === "function";
  return enters && isFunction && Array.isArray(parts.serves) && isUnit(price.perUpdate) && isUnit(price.perRad);
}

function checkEnergy(energy: EnergyBudget): EnergyBudget {
  for (const field of ["capacity", "recoveryPerS"] as const) {
    const value = energy[field];
    if (!Number.isFinite(value) || value < 0 || (field === "capacity" && value === 0))
      throw EntrainError.invalid(`rhythm.energy.${field}`, value, "give a number of units, and room for some");
  }
  return energy;
}
