import dev.restate.sdk.Context;
import dev.restate.sdk.annotation.Handler;
import dev.restate.sdk.annotation.Service;
import dev.restate.sdk.common.RetryPolicy;
import dev.restate.sdk.common.TerminalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

@Service
public class Workbench {
  public record Entry(String key, String line) {}

  public record DelayedEntry(String key, String line, long delayMillis) {}

  public record Reply(String id, String text) {}

  public record Failures(String key, int count) {}

  private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

  @Handler
  public String greet(Context ctx, String name) {
    String salutation = ctx.run("salutation", String.class, () -> "Hello");
    return salutation + ", " + name + "!";
  }

  /** Three steps whose results differ each time they run: what a second run of a journaled step would show. */
  @Handler
  public List<String> trail(Context ctx, String key) {
    var tokens = new ArrayList<String>();
    for (int number = 0; number < 3; number++) {
      String token = ctx.run("token-" + number, String.class, () -> UUID.randomUUID().toString());
      LedgerClient.fromContext(ctx, key).append(token).await();
      ctx.sleep(Duration.ofMillis(300));
      tokens.add(token);
    }
    return tokens;
  }

  @Handler
  public String nap(Context ctx, long millis) {
    ctx.sleep(Duration.ofMillis(millis));
    return "awake";
  }

  @Handler
  public int record(Context ctx, Entry entry) {
    return LedgerClient.fromContext(ctx, entry.key()).append(entry.line()).await();
  }

  @Handler
  public String post(Context ctx, DelayedEntry entry) {
    var delay = Duration.ofMillis(entry.delayMillis());
    return LedgerClient.fromContext(ctx, entry.key()).send().append(entry.line(), delay).invocationId();
  }

  /** Writes the id of an awakeable into the ledger and waits for it. */
  @Handler
  public String ask(Context ctx, String key) {
    var awakeable = ctx.awakeable(String.class);
    LedgerClient.fromContext(ctx, key).send().append(awakeable.id());
    return "the answer is " + awakeable.await();
  }

  @Handler
  public void reply(Context ctx, Reply to) {
    ctx.awakeableHandle(to.id()).resolve(String.class, to.text());
  }

  @Handler
  public void refuse(Context ctx, String reason) {
    throw new TerminalException(418, reason);
  }

  /** A step that fails `count` times before it succeeds; answers how often it ran. */
  @Handler
  public int stubborn(Context ctx, Failures failures) {
    var retries = RetryPolicy.exponential(Duration.ofMillis(10), 2).setMaxAttempts(10);
    return ctx.run(
        "stubborn",
        Integer.class,
        retries,
        () -> {
          int attempt = attempts.merge(failures.key(), 1, Integer::sum);
          if (attempt <= failures.count()) throw new IllegalStateException("not yet");
          return attempt;
        });
  }

  @Handler
  public String echo(Context ctx, String text) {
    return ctx.run("echo", String.class, () -> text);
  }
}
