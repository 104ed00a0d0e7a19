namespace Hone.Training;

/// <summary>Told what happens during training; a pipeline logs it and shows it.</summary>
public interface ITrainingObserver
{
    /// <summary>A step is done.</summary>
    void OnStep(StepReport report);

    /// <summary>The model was evaluated.</summary>
    void OnEvaluation(EvaluationReport report);

    /// <summary>Something that does not stop the run, but that the user should know.</summary>
    void OnWarning(string message);
}
