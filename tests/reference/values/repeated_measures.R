# Makes repeated_measures.json: Rscript repeated_measures.R (run here; needs nlme, jsonlite).
# Mixed model for repeated measures: generalised least squares with unstructured covariance by restricted maximum
# likelihood. Data: nlme::Orthodont, distances at 10, 12 and 14 years with that at 8 years as baseline, without and
# with missing visits. nlme searches by differences, hence a tolerance of 1e-5.
suppressMessages({library(nlme); library(jsonlite)})
cases <- list()
wide <- reshape(as.data.frame(Orthodont), direction = "wide", idvar = c("Subject", "Sex"), timevar = "age")
names(wide) <- sub("distance.", "y", names(wide), fixed = TRUE)
wide <- data.frame(id = seq_len(nrow(wide)), group = as.character(wide$Sex), baseline = wide$y8,
                   y1 = wide$y10 - wide$y8, y2 = wide$y12 - wide$y8, y3 = wide$y14 - wide$y8)
wide <- wide[order(wide$group, wide$id), ]
missing <- wide
missing$y1[seq(3, 27, 6)] <- NA; missing$y2[seq(2, 27, 5)] <- NA; missing$y3[seq(1, 27, 4)] <- NA
for (name in c("orthodont", "orthodont_missing")) {
  d <- if (name == "orthodont") wide else missing
  write.csv(d, file.path("data", paste0(name, ".csv")), row.names = FALSE, na = "")
  long <- reshape(d, direction = "long", varying = c("y1", "y2", "y3"), v.names = "y", timevar = "visit", idvar = "id")
  long <- long[!is.na(long$y), ]; long <- long[order(long$id, long$visit), ]
  long$v <- factor(long$visit); long$b <- long$baseline - mean(d$baseline)
  f <- gls(y ~ 0 + v:group + v:b, long, correlation = corSymm(form = ~ visit | id), weights = varIdent(form = ~ 1 | v),
           method = "REML", control = glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 1000, msMaxIter = 1000, opt = "optim", optimMethod = "BFGS"))
  s <- vcov(f); k <- coef(f)
  lev <- attr(f$modelStruct$varStruct, "groupNames"); sds <- f$sigma / attr(f$modelStruct$varStruct, "weights")[match(lev, attr(f$modelStruct$varStruct, "groups"))]
  names(sds) <- lev
  a <- "v3:groupFemale"; b <- "v3:groupMale"
  cases[[length(cases) + 1]] <- list(id = name, stat = "repeated_measures", dataset = paste0(name, ".csv"),
    args = list(group = "group", baseline = "baseline", visits = list("y1", "y2", "y3")),
    expect = list(female = unname(k[paste0("v", 1:3, ":groupFemale")]), male = unname(k[paste0("v", 1:3, ":groupMale")]),
                  slope = unname(k[paste0("v", 1:3, ":b")]), standard_error = unname(sqrt(diag(s)[c(paste0("v", 1:3, ":groupFemale"), paste0("v", 1:3, ":groupMale"))])),
                  difference = unname(k[b] - k[a]), difference_error = unname(sqrt(s[a, a] + s[b, b] - 2 * s[a, b])),
                  standard_deviation = unname(sds[c("1", "2", "3")])),
    source = "nlme::gls, corSymm, varIdent, REML", tol = 1e-5)
}
write_json(list(origin = "repeated_measures.R", r = R.version.string, packages = list(nlme = as.character(packageVersion("nlme"))),
                n_cases = length(cases), cases = cases), "repeated_measures.json", auto_unbox = TRUE, digits = 15, na = "null", pretty = TRUE)
