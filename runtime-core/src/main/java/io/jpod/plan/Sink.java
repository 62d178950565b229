package io.jpod.plan;

/** Takes the next step of a plan, and the place in config.json that caused it. */
interface Sink {
    void add(Step step, String from);
}
