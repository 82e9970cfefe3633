/** What each planted reasoning error of the suites' teachers does, in words. */
export const SLIPS: Readonly<Record<string, string>> = {
  off_by_one: 'the last calculation comes out one too high',
  off_by_ten: 'a calculation with angles comes out ten too high',
  miss_match: 'one that fits is passed over in the search',
  wrong_operation: 'plus for minus, more for fewer',
  wrong_side: 'left for right',
  wrong_mark: 'the value is copied from the mark beside',
  flip: 'the answer is turned round, such as yes for no',
};
