import dev.restate.sdk.ObjectContext;
import dev.restate.sdk.SharedObjectContext;
import dev.restate.sdk.annotation.Handler;
import dev.restate.sdk.annotation.Shared;
import dev.restate.sdk.annotation.VirtualObject;
import dev.restate.sdk.common.StateKey;
import dev.restate.serde.TypeRef;
import dev.restate.serde.TypeTag;
import java.util.ArrayList;
import java.util.List;

@VirtualObject
public class Ledger {
  private static final StateKey<List<String>> LINES =
      StateKey.of("lines", TypeTag.of(new TypeRef<List<String>>() {}));

  @Handler
  public int append(ObjectContext ctx, String line) {
    var lines = new ArrayList<>(ctx.get(LINES).orElse(List.of()));
    lines.add(line);
    ctx.set(LINES, lines);
    return lines.size();
  }

  @Shared
  public List<String> lines(SharedObjectContext ctx) {
    return ctx.get(LINES).orElse(List.of());
  }

  @Handler
  public void clear(ObjectContext ctx) {
    ctx.clearAll();
  }
}
