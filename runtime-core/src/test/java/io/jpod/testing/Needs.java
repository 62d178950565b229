package io.jpod.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * These tests need what is built, theirs and what their superclass says. Where it is missing they are left out, so that the
 * others can be run in a checkout that is not built; with {@code -Djpod.tests.complete=true} they fail.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Condition.class)
public @interface Needs {
    Built[] value();

    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String missing = context.getElement().map(Condition::needs).orElse(List.of()).stream()
                    .filter(built -> !built.isThere())
                    .map(Built::missing)
                    .collect(Collectors.joining("; "));
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("built");
            }
            if (Boolean.getBoolean("jpod.tests.complete")) {
                throw new IllegalStateException(missing + " (no test may be left out: -Djpod.tests.complete)");
            }
            return ConditionEvaluationResult.disabled(missing);
        }

        private static List<Built> needs(AnnotatedElement element) {
            List<Built> needs = new ArrayList<>();
            for (@Nullable AnnotatedElement at = element;
                    at != null;
                    at = at instanceof Class<?> type ? type.getSuperclass() : null) {
                Needs own = at.getDeclaredAnnotation(Needs.class);
                needs.addAll(own == null ? List.of() : List.of(own.value()));
            }
            return needs;
        }
    }
}
