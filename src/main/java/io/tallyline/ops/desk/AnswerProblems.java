package io.tallyline.ops.desk;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Errors of the API as problem documents (RFC 9457), in sentences that say what to do. */
@RestControllerAdvice(basePackages = "io.tallyline.ops.desk")
final class AnswerProblems {
  private static final Logger log = LoggerFactory.getLogger(AnswerProblems.class);

  @ExceptionHandler
  ProblemDetail notFound(NotFound missing) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, missing.getMessage());
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
