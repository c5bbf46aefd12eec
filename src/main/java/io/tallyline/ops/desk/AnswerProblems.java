package io.tallyline.ops.desk;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.tallyline.audit.AuditRefused;
import io.tallyline.deadletter.DeskRefused;
import io.tallyline.reconcile.ReconcileRefused;
import io.tallyline.replay.ReplayRefused;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** Errors of the API as problem documents (RFC 9457), in sentences that say what to do. */
@Order(Ordered.HIGHEST_PRECEDENCE)
@RestControllerAdvice(basePackages = "io.tallyline.ops.desk")
final class AnswerProblems {
  private static final Logger log = LoggerFactory.getLogger(AnswerProblems.class);

  @ExceptionHandler
  ProblemDetail notFound(NotFound missing) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, missing.getMessage());
  }

  @ExceptionHandler
  ProblemDetail refused(DeskRefused refused) {
    return problem(
        switch (refused.kind()) {
          case UNKNOWN -> HttpStatus.NOT_FOUND;
          case INVALID -> HttpStatus.UNPROCESSABLE_ENTITY;
          case CONFLICT -> HttpStatus.CONFLICT;
          case FORBIDDEN -> HttpStatus.FORBIDDEN;
        },
        refused);
  }

  @ExceptionHandler
  ProblemDetail refused(ReplayRefused refused) {
    return problem(
        switch (refused.code()) {
          case "RPL-006" -> HttpStatus.NOT_FOUND;
          case "RPL-007" -> HttpStatus.CONFLICT;
          default -> HttpStatus.UNPROCESSABLE_ENTITY;
        },
        refused);
  }

  @ExceptionHandler
  ProblemDetail refused(ReconcileRefused refused) {
    return problem(
        switch (refused.code()) {
          case "REC-003" -> HttpStatus.NOT_FOUND;
          case "REC-002", "REC-004" -> HttpStatus.CONFLICT;
          default -> HttpStatus.UNPROCESSABLE_ENTITY;
        },
        refused);
  }

  @ExceptionHandler
  ProblemDetail refused(AuditRefused refused) {
    return problem(HttpStatus.UNPROCESSABLE_ENTITY, refused);
  }

  private static ProblemDetail problem(HttpStatus status, RuntimeException refused) {
    return ProblemDetail.forStatusAndDetail(status, refused.getMessage());
  }

  @ExceptionHandler
  ProblemDetail wrongParameter(MethodArgumentTypeMismatchException wrong) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.BAD_REQUEST,
        "OPS-242 '%s' cannot be the value of '%s'. Numbers are plain, times look like 2026-03-01T00:00:00Z, words are listed in /api/openapi."
            .formatted(wrong.getValue(), wrong.getName()));
  }

  /** A field that is mistyped must not be taken for one that is not given. */
  @ExceptionHandler
  ProblemDetail unreadable(HttpMessageNotReadableException unreadable) {
    String what = "the body is missing, or is no JSON object of the form in /api/openapi";
    if (unreadable.getCause() instanceof UnrecognizedPropertyException unknown) {
      what =
          "the request has the field '%s', which is not known; there are %s"
              .formatted(unknown.getPropertyName(), sorted(unknown.getKnownPropertyIds()));
    } else if (unreadable.getCause() instanceof MismatchedInputException mismatch
        && !mismatch.getPath().isEmpty()) {
      what = "the value of the field '%s' has another form".formatted(path(mismatch));
    }
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.BAD_REQUEST, "OPS-241 " + what + ". Correct it.");
  }

  private static String sorted(@Nullable Collection<Object> names) {
    return names == null
        ? "none"
        : names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String path(MismatchedInputException mismatch) {
    return mismatch.getPath().stream()
        .map(
            step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
        .collect(Collectors.joining("."));
  }

  @ExceptionHandler
  ProblemDetail wrong(IllegalArgumentException wrong) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.UNPROCESSABLE_ENTITY, String.valueOf(wrong.getMessage()));
  }

  @ExceptionHandler
  ProblemDetail tooMuch(QueryTimeoutException slow) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.UNPROCESSABLE_ENTITY,
        "The search took longer than 30 s and was stopped. Give a window of time, an aggregate or a"
            + " correlation id.");
  }

  @ExceptionHandler({
    DataAccessResourceFailureException.class,
    CannotCreateTransactionException.class
  })
  ProblemDetail away(RuntimeException away) {
    log.warn("OPS-240 a database cannot be asked: {}", String.valueOf(away.getMessage()));
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.SERVICE_UNAVAILABLE,
        "A database of the hub cannot be reached. Try again later.");
  }
}
