# Makes survival_further.json: Rscript survival_further.R (run here; needs survival, cmprsk, jsonlite).
# What survival.json leaves open: delayed entry with ties, three causes on a day, Cox with clusters and strata,
# Fine-Gray regression, weighted Kaplan-Meier curves, time-updated groups. Data are simulated below or in data/.
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
cases <- list()
values <- function(x) lapply(unname(as.numeric(x)), function(z) if (is.nan(z)) "NaN" else if (is.na(z)) NA else z)
add <- function(id, stat, dataset, args, expect, source, tol = 1e-8) cases[[length(cases) + 1]] <<-
  list(id = id, stat = stat, dataset = dataset, args = args, expect = expect, source = source, tol = tol)
save_data <- function(d, file) write.csv(d, file.path("data", file), row.names = FALSE, na = "")
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)

# Delayed entry with ties
set.seed(6); d <- data.frame(entry = sample(0:6, 60, TRUE), arm = sample(1:2, 60, TRUE))
d$exit <- d$entry + sample(1:6, 60, TRUE); d$event <- rbinom(60, 1, .5); save_data(d, "delayed_entry.csv")
at <- c(1, 2, 3, 5, 8, 12)
for (arm in 1:2) { f <- survfit(Surv(entry, exit, event) ~ 1, d[d$arm == arm, ]); s <- summary(f, times = at, extend = TRUE)
  add(paste0("delayed_entry_", arm), "kaplan_meier", "delayed_entry.csv",
      list(time = "exit", event = "event", entry = "entry", group = "arm", level = as.character(arm), weight = NULL),
      list(times = values(at), quantile_probs = list(.5), surv = values(s$surv), greenwood_se = values(s$std.err),
           n_risk = values(s$n.risk), cumhaz = values(s$cumhaz), cumhaz_se = values(s$std.chaz)), "survival::survfit") }
f <- coxph(Surv(entry, exit, event) ~ factor(arm), d, ties = "breslow")
add("delayed_entry_score", "logrank_left_truncated", "delayed_entry.csv",
    list(entry = "entry", time = "exit", event = "event", group = "arm"), list(breslow_score_chisq = f$score), "survival::coxph score test")

# Three causes, several of them on one day, two strata
set.seed(9); d <- data.frame(g = rep(c("a", "b", "c"), c(30, 25, 8)), time = sample(0:8, 63, TRUE), status = sample(0:3, 63, TRUE), s = sample(1:2, 63, TRUE))
save_data(d, "three_causes.csv"); at <- c(0, 1, 3, 5, 8)
for (g in c("a", "b", "c")) { z <- d[d$g == g, ]; s <- summary(survfit(Surv(time, factor(status, 0:3)) ~ 1, z, conf.type = "log-log"), times = at, extend = TRUE)
  expect <- list(times = values(at), causes = list(1, 2, 3))
  for (k in 1:3) expect[[paste0("cause_", k)]] <- list(cif = values(s$pstate[, k + 1]), se_infinitesimal_jackknife = values(s$std.err[, k + 1]))
  add(paste0("three_causes_", g), "aalen_johansen", "three_causes.csv", list(time = "time", status = "status", group = "g", level = g), expect, "survival::survfit") }
for (stratified in c(FALSE, TRUE)) { u <- if (stratified) cuminc(d$time, d$status, d$g, strata = d$s) else cuminc(d$time, d$status, d$g)
  add(paste0("three_causes_gray", if (stratified) "_stratified"), if (stratified) "gray_test_stratified" else "gray_test", "three_causes.csv",
      c(list(time = "time", status = "status", group = "g", rho = 0), if (stratified) list(strata = "s")),
      list(causes = list(1, 2, 3), statistic = values(u$Tests[, "stat"]), p_value = values(u$Tests[, "pv"])), "cmprsk::cuminc") }

# Cox: time-dependent covariate, clusters and strata, fractional weights
h <- read.csv("data/heart.csv"); v <- read.csv("data/veteran.csv")
for (ties in c("efron", "breslow")) {
  f <- coxph(Surv(start, stop, event) ~ transplant + age + strata(surgery), h, cluster = id, ties = ties, control = tight)
  add(paste0("heart_strata_", ties), "cox", "heart.csv",
      list(formula = "Surv(start, stop, event) ~ transplant + age + strata(surgery)", ties = ties, cluster = "id", weights = NULL, factor_levels = list()),
      list(coef = values(coef(f)), se = values(sqrt(diag(f$naive.var))), robust_se = values(sqrt(diag(f$var))), loglik = f$loglik[2],
           zph_km = list(chisq = values(cox.zph(f, terms = FALSE)$table[, 1]))), "survival::coxph, cox.zph", 1e-7)
  v$share <- v$w / 7; f <- coxph(Surv(time, status) ~ trt + karno, v, weights = share, robust = TRUE, ties = ties, control = tight)
  add(paste0("veteran_share_", ties), "cox", "veteran_share.csv",
      list(formula = "Surv(time, status) ~ trt + karno", ties = ties, cluster = NULL, weights = "share", factor_levels = list()),
      list(coef = values(coef(f)), se = values(sqrt(diag(f$naive.var))), robust_se = values(sqrt(diag(f$var)))), "survival::coxph", 1e-7) }
save_data(v[, c("trt", "karno", "time", "status", "share")], "veteran_share.csv")

# Fine-Gray: without ties the standard errors are those of crr; with ties crr's differ by up to 6e-4 (its order within a day)
set.seed(3); n <- 80; d <- data.frame(time = round(rexp(n, .1), 4), status = sample(0:2, n, TRUE, c(.3, .4, .3)), x1 = rbinom(n, 1, .5), x2 = round(rnorm(n), 2))
save_data(d, "subdistribution.csv"); tied <- transform(d, time = ceiling(time)); save_data(tied, "subdistribution_tied.csv")
for (file in c("subdistribution", "subdistribution_tied")) { z <- if (file == "subdistribution") d else tied
  f <- crr(z$time, z$status, cbind(z$x1, z$x2), gtol = 1e-12, maxiter = 50)
  add(paste0(file, "_crr"), "fine_gray", paste0(file, ".csv"),
      list(time = "time", status = "status", covariates = list("x1", "x2"), cause = 1, ties = "breslow", censoring = "with events"),
      list(coef = values(f$coef), se = values(sqrt(diag(f$var))), loglik = f$loglik, loglik_null = f$loglik.null), "cmprsk::crr", if (file == "subdistribution") 1e-8 else 1e-3)
  g <- finegray(Surv(time, factor(status, 0:2)) ~ ., z)
  for (ties in c("efron", "breslow")) { f <- coxph(Surv(fgstart, fgstop, fgstatus) ~ x1 + x2, g, weights = fgwt, ties = ties, control = tight)
    add(paste(file, "finegray", ties, sep = "_"), "fine_gray", paste0(file, ".csv"),
        list(time = "time", status = "status", covariates = list("x1", "x2"), cause = 1, ties = ties, censoring = "after events"),
        list(coef = values(coef(f)), naive_se = values(sqrt(diag(f$naive.var)))), "survival::finegray, coxph") } }

# Weighted Kaplan-Meier, weights known; time-updated groups
at <- c(8, 30, 90, 180, 365)
for (arm in 1:2) { f <- survfit(Surv(time, status) ~ 1, v[v$trt == arm, ], weights = share, robust = TRUE); s <- summary(f, times = at)
  add(paste0("weighted_veteran_", arm), "weighted_kaplan_meier", "veteran_share.csv",
      list(time = "time", event = "status", weight = "share", group = "trt", level = as.character(arm)),
      list(times = values(at), surv = values(s$surv), robust_se = values(s$std.err)), "survival::survfit(robust = TRUE)") }
at <- c(10, 50, 100, 500)
s <- summary(survfit(Surv(start, stop, event) ~ transplant, h), times = at, extend = TRUE)
f <- coxph(Surv(start, stop, event) ~ transplant, h, ties = "breslow")
add("heart_time_updated", "simon_makuch", "heart.csv", list(entry = "start", time = "stop", event = "event", group = "transplant"),
    list(times = values(at), groups = c("0", "1"), surv = values(s$surv), se = values(s$std.err)), "survival::survfit(Surv(start, stop, event) ~ group)")

packages <- lapply(c(survival = "survival", cmprsk = "cmprsk"), function(p) as.character(packageVersion(p)))
writeLines(toJSON(list(origin = "survival_further.R", r = R.version.string, packages = packages, n_cases = length(cases), cases = cases),
                  digits = NA, auto_unbox = TRUE, null = "null", na = "null", pretty = TRUE), "survival_further.json")
