import dev.restate.sdk.Context;
import dev.restate.sdk.annotation.Handler;
import dev.restate.sdk.annotation.Service;
import dev.restate.sdk.common.TerminalException;
import java.time.Duration;
import java.util.ArrayDeque;

@Service
public class Trip {
  /** A saga: books two parts, then waits for an hour; whoever cancels it gets both cancelled in reverse order. */
  @Handler
  public String book(Context ctx, String key) {
    var booked = new ArrayDeque<String>();
    try {
      for (String part : new String[] {"flight", "car"}) {
        booked.push(part);
        LedgerClient.fromContext(ctx, key).append(part + " booked").await();
      }
      ctx.sleep(Duration.ofHours(1));
      return "travelled";
    } catch (TerminalException error) {
      for (String part : booked) {
        LedgerClient.fromContext(ctx, key).append(part + " cancelled").await();
      }
      throw error;
    }
  }
}
