/** Seeds bootstraps and permutation tests, so that the same data always gives the same interval and the same p. */
export const statisticsSeed = 20_260_601;
