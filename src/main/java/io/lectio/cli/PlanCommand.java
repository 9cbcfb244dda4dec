package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.ControlClient;
import io.lectio.control.Plan;
import io.lectio.control.Request;
import io.lectio.wiring.WithoutDaemon;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What would be done now, and why.
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description =
                "Tells what is wrong, what the guard does about it now, and why. Without a guard it looks once and tells"
                        + " what one would do; nothing is changed. Exit code 1 when something is wrong.",
        footer = {"", "Example: lectio plan"})
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        Optional<String> answer = ControlClient.ask(site.state(), Request.of(Request.Ask.PLAN));
        Plan plan = answer.isPresent()
                ? ControlClient.read(answer.get(), Plan.class)
                : WithoutDaemon.plan(site.home(), site.settings(), !site.home().fromClone());
        if (json) {
            System.out.println(plan.toJson());
        } else {
            print(plan, answer.isPresent());
        }
        return plan.steps().isEmpty() ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
    }

    private static void print(Plan plan, boolean guarded) {
        Paint paint = Paint.of(System.getenv());
        System.out.println(guarded ? "The guard:" : "No guard is at work here. After one look, one would:");
        for (Plan.Step step : plan.steps()) {
            String what = step.incident().map(id -> "incident " + id + ", ").orElse("") + step.subject();
            System.out.println(paint.in(Paint.BOLD, what) + "  " + Paint.harmless(step.cause()));
            System.out.println("  next    " + Paint.harmless(step.next()));
            step.budget().ifPresent(spent -> System.out.println("  spent   " + spent));
        }
        if (plan.steps().isEmpty()) {
            System.out.println("do nothing: every check is well");
        }
    }
}
