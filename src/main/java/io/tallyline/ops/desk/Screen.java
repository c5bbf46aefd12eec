package io.tallyline.ops.desk;

import io.tallyline.audit.AuditRefused;
import io.tallyline.deadletter.DeskRefused;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.reconcile.ReconcileRefused;
import io.tallyline.replay.ReplayRefused;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** One answer of the desk: who asks, what the page shows, and what became of an action. */
final class Screen {
  /** What somebody typed in cannot be used. */
  private static final List<Class<?>> WRONG =
      List.of(
          AuditRefused.class,
          IllegalArgumentException.class,
          DateTimeException.class,
          QueryTimeoutException.class);

  private final Map<String, Object> model;
  private final HttpServletResponse response;
  private final @Nullable Authentication user =
      SecurityContextHolder.getContext().getAuthentication();

  Screen(Map<String, Object> model, HttpServletRequest request, HttpServletResponse response) {
    this.model = model;
    this.response = response;
    put("show", Shown.INSTANCE);
    put("who", who());
    put("mayOperate", AccessRole.OPERATOR.isHeldBy(user));
    put("mayApprove", AccessRole.APPROVER.isHeldBy(user));
    put("section", section(request.getRequestURI()));
    put("refresh", false);
    done(request.getParameter("done")).ifPresent(done -> put("done", done.sentence()));
  }

  private static Optional<Done> done(@Nullable String name) {
    return Arrays.stream(Done.values()).filter(done -> done.name().equals(name)).findFirst();
  }

  /** {@code dead-letters} of {@code /desk/dead-letters/7}. */
  private static String section(String path) {
    String[] steps = path.split("/");
    return steps.length > 2 ? steps[2] : "";
  }

  /** Name of whoever is signed in; it goes into the audit. */
  String who() {
    return user == null ? "nobody" : user.getName();
  }

  Screen put(String name, @Nullable Object value) {
    if (value != null) {
      model.put(name, value);
    }
    return this;
  }

  /** The page loads itself again every two seconds. */
  Screen refreshWhile(boolean going) {
    return put("refresh", going);
  }

  /**
   * Does something.
   *
   * @param action returns the path of the page after it
   * @param again the same page, which then shows why it was refused
   */
  String act(Supplier<String> action, Supplier<String> again) {
    try {
      return "redirect:" + action.get();
    } catch (RuntimeException refused) {
      refuse(refused);
      return again.get();
    }
  }

  /** Reads something that may be refused, for a page that is shown all the same. */
  void attempt(Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException refused) {
      refuse(refused);
    }
  }

  /**
   * Shows why.
   *
   * @throws RuntimeException the same, if it is none that a person can do something about
   */
  void refuse(RuntimeException refused) {
    int status = status(refused);
    if (status == 0) {
      throw refused;
    }
    response.setStatus(status);
    put("refused", sentence(refused));
  }

  private static String sentence(RuntimeException refused) {
    if (refused instanceof QueryTimeoutException) {
      return "The search took too long and was stopped. Give a window of time, an aggregate or a correlation id.";
    } else if (refused instanceof DataAccessResourceFailureException
        || refused instanceof CannotCreateTransactionException) {
      return "A database of the hub cannot be reached. Try again later.";
    } else if (refused instanceof MethodArgumentTypeMismatchException wrong) {
      return "'%s' is no value for %s.".formatted(wrong.getValue(), wrong.getName());
    }
    return String.valueOf(refused.getMessage());
  }

  /** 0 for a failure that is nobody's mistake. */
  private static int status(RuntimeException refused) {
    if (refused instanceof DeskRefused desk) {
      return switch (desk.kind()) {
        case UNKNOWN -> 404;
        case INVALID -> 422;
        case CONFLICT -> 409;
        case FORBIDDEN -> 403;
      };
    } else if (refused instanceof ReplayRefused replay) {
      return byCode(replay.code());
    } else if (refused instanceof ReconcileRefused reconcile) {
      return byCode(reconcile.code());
    } else if (refused instanceof NotFound) {
      return 404;
    } else if (refused instanceof MethodArgumentTypeMismatchException) {
      return 400;
    } else if (refused instanceof DataAccessResourceFailureException
        || refused instanceof CannotCreateTransactionException) {
      return 503;
    }
    return WRONG.stream().anyMatch(wrong -> wrong.isInstance(refused)) ? 422 : 0;
  }

  private static int byCode(String code) {
    return switch (code) {
      case "RPL-006", "REC-003" -> 404;
      case "RPL-007", "REC-002", "REC-004" -> 409;
      default -> 422;
    };
  }

  /**
   * A time as a form sends it, in UTC: {@code 2026-03-01T10:00} or with seconds and Z.
   *
   * @throws IllegalArgumentException if it is none
   */
  static @Nullable Instant time(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return null;
    }
    String given = text.strip();
    try {
      return given.endsWith("Z")
          ? Instant.parse(given)
          : LocalDateTime.parse(given).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException wrong) {
      throw new IllegalArgumentException(
          "'%s' is no time; write it as 2026-03-01T10:00, in UTC.".formatted(given), wrong);
    }
  }

  /** Null for a field that was left empty. */
  static @Nullable String given(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }
}
